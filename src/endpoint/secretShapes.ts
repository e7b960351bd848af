/** Names of options, variables and fields whose value is a secret; what stands before in the same word does not matter. */
const secretWords = [
  'password|passwd|passphrase|passcode|secret|token|bearer|credentials?|apikey|psk',
  '(?:api|auth|private|access|account|secret|master|signing|encryption)[_-]?key',
  'secret[_-]?key[_-]?base|secret[_-]?(?:string|value|text)|rediscli_auth',
].join('|');

/** These count only as a word of their own, or behind another one: `bypass` and `OLDPWD` mean something else. */
const shortSecretWords =
  '(?:[\\w-]*[_-])?pass|(?:store|key|ssh|db|pg|my|smtp|ftp|root|sudo|user|admin)pass|[\\w-]*\\w[_-]pwd|_auth';

/** The name of a secret, from the beginning of the word it ends. */
export const secretName = `(?:[\\w-]*(?:${secretWords})|${shortSecretWords})`;

/** Where the words of an option, a variable or a field begin: letters are not tried again within a word. */
const wordStart = '(?<![\\w-])';

/** A text in quotes, in quotes within those, or in escaped ones. */
const quotedValues = [
  String.raw`'\\''[^']*'\\''`,
  String.raw`\$?'[^']*'`,
  String.raw`"[^"\\]*(?:\\[^][^"\\]*)*"?`,
  String.raw`\\"[^"\\]*(?:\\(?!")[^"\\]*)*\\"`,
].join('|');

/** What a shell, or a line of settings, takes as the value behind an `=`. */
const assignedValue = `(?:${quotedValues}|[^\\s'"&;\\\\]*=(?=\\\\?["'])(?:${quotedValues})|(?:\\\\[^'"\\n]|[^\\s'"&;\\\\])+)`;

/** The values of JSON and of YAML in quotes, also where these are escaped, and numbers. */
const fieldValues = [
  String.raw`'\\''[^'\n]*'\\''`,
  String.raw`"[^"\\\n]*(?:\\.[^"\\\n]*)*"?`,
  String.raw`'[^'\\\n]*(?:\\.[^'\\\n]*)*'?`,
  String.raw`\\"[^"\\\n]*(?:\\(?:\\(?:\\.|[^"\\])|[^"\\])[^"\\\n]*)*(?:\\")?`,
].join('|');

/** Names of schemes that stand before the secret of a header. */
const scheme =
  '(?:(?:bearer|basic|token|digest|negotiate|ntlm|apikey|api-key|key|ssws|splunk|hawk|genie-?key|aws4-hmac-sha256)(?:\\\\?\\s)+)?';

const secretHeader =
  '(?:(?:proxy-)?authorization|(?:set-)?cookie|x-[\\w-]*(?:auth|key|token|secret|password)|(?:private|api)-?(?:token|key))';

/** Programs that read a secret from a pipe or a here-document. */
const readers = String.raw`sudo\s[^|;&\n]{0,100}?-\w*S\b|chpasswd|smbpasswd|kinit|cryptsetup|--(?:password-|token-|secret-)?stdin\b|--with-token\b`;

const echoed = String.raw`(?<![\w.-])(?:echo|printf)\s+(?:-\w+\s+|(?:'%s(?:\\n)?'|"%s(?:\\n)?"|%s)\s+)?`;

/** Keys and tokens of a known form. */
const knownForms = [
  // GitHub, GitLab
  'gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\\w{20,}|gl(?:pat|rt|cbt|ptt|dt|ft|soat|imt|agent|oas)-[\\w-]{16,}',
  // OpenAI, Anthropic and others; Stripe
  'sk-[\\w-]{16,}|(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[\\w+/=]{16,}',
  // AWS, Google
  '(?:AKIA|ASIA)[0-9A-Z]{16}\\b|AIza[\\w-]{30,}|ya29\\.[\\w-]{20,}|GOCSPX-[\\w-]{20,}',
  // Slack, Telegram
  'xox[a-z](?:\\.xox[a-z])?-[A-Za-z0-9-]{10,}|xapp-[\\w-]{10,}|\\d{8,10}:AA[\\w-]{33}',
  // Registries and hosts
  'npm_[A-Za-z0-9]{30,}|pypi-[\\w-]{16,}|dckr_pat_[\\w-]{20,}|hf_[A-Za-z0-9]{20,}|do[opr]_v1_[0-9a-f]{32,}|shp[a-z]{2}_[0-9a-fA-F]{32}',
  // Vault, SendGrid, Databricks, Linear, Grafana, Figma, age, our own
  'hv[sbr]\\.[\\w-]{20,}|SG\\.[\\w-]{16,}\\.[\\w-]{16,}|dapi[0-9a-f]{32}|lin_api_\\w{20,}|glsa_\\w{20,}|figd_[\\w-]{20,}|AGE-SECRET-KEY-1[0-9A-Z]{20,}|rampart_[0-9a-f]{48}',
].join('|');

/**
 * Each matches one shape of a secret; group 1, where there is one, is kept. What may be long begins only where a word does,
 * or at letters that it does not go on over: else every letter of a long word would be a beginning.
 */
export const secretShapes: readonly RegExp[] = [
  // A header in quotes, or alone in an argument: all of it but its scheme
  new RegExp(`((?:^|['"])${secretHeader}\\s*:\\s*${scheme})[^\\s'"][^'"\\n]*`, 'gi'),
  // -H Authorization:X, -HX-Token:\ X
  new RegExp(`((?:(?<![\\w-])|(?<=\\s-H))${secretHeader}\\s*:\\s*${scheme})(?:\\\\\\s|[^\\s'"\\\\])+`, 'gi'),
  /(\bbearer\s+)(?=[\w.~+/-]*\d)[\w.~+/-]{8,}=*/gi,
  // --password X, --password=X, --password 'X Y'; a single digit is a number (`ffmpeg -pass 1`)
  new RegExp(
    `((?<![\\w-])\\w*--?${secretName}(?:\\s+|=))(?![-<>|;&]|\\d(?!\\S))(?:${quotedValues}|(?:\\\\[^'"\\n]|[^\\s'"\\\\])+)`,
    'gi',
  ),
  // 'PASSWORD=X&Y', in quotes because of what a shell would make of it
  new RegExp(`((?<=['"])${secretName}=)(?:\\\\[^'"\\n]|[^\\s'"\\\\])+`, 'gi'),
  // PASSWORD=X, password = X, :password => "X"; in $(…), in a URL's query, as a property and among the options of a mount
  new RegExp(
    `(${wordStart}${secretName}(?:[ \\t]+(?::=|={1,3}>?)[ \\t]*|(?::=|={1,3}>?)(?:[ \\t]+(?=\\\\?["']))?))${assignedValue}`,
    'gi',
  ),
  // "password": "X", in shell's quotes \"password\": \"X\"; os.environ['API_TOKEN'] = 'X', setenv("API_TOKEN", "X")
  new RegExp(
    `(["'](?:${secretName}|authorization)(?:'\\\\''|\\\\?["'])(?:\\s*:\\s*|\\]?\\s*(?:=>?|,)\\s*(?=\\\\?["'])))(?:${fieldValues}|\\d[\\d.]*)`,
    'gi',
  ),
  // password: X, at the beginning of a line of YAML, or in a mapping of it
  new RegExp(
    `((?:^|[\\n{,'"|/]|\\\\n)[ \\t]*(?:-[ \\t]+)?${secretName}[ \\t]*:[ \\t]+)(?:${fieldValues}|[^\\s'"\\n,}\\\\][^'"\\n,}\\\\]*)`,
    'gi',
  ),
  // echo password: X
  new RegExp(
    `((?<![\\w.-])(?:echo|printf)[ \\t](?:-\\w+[ \\t])?${secretName}:[ \\t]+)(?:${quotedValues}|[^\\s'"|;&<>]+)`,
    'gi',
  ),
  // git config user.token X, aws configure set aws_secret_access_key X
  new RegExp(
    `((?:(?<![\\w-])(?:set|config)|(?<=\\s)--arg)\\s+(?:-[\\w-]+\\s+){0,4}[\\w./:@-]{0,100}?${wordStart}${secretName}\\s+)(?!-|for\\s)${assignedValue}`,
    'gi',
  ),
  // echo X | sudo -S, echo user:X | chpasswd, sudo -S <<< X
  new RegExp(
    `(${echoed}(?:[\\w.-]+:)?)(?:${quotedValues}|[^\\s'"|;&](?:[^'"|;&\\n]{0,200}[^\\s'"|;&])?)(?=\\s*\\|[^|;&\\n]{0,100}?(?:${readers}))`,
    'gi',
  ),
  new RegExp(`((?<![\\w-])(?:${readers})[^|;&<\\n]{0,100}<<<\\s*)${assignedValue}`, 'gi'),
  new RegExp(
    `((?<![\\w-])secrets?\\s+(?:set|put|create|versions)\\s[^|;&<\\n]{0,200}<<<\\s*)${assignedValue}`,
    'gi',
  ),
  // env 'PASSWORD=X Y', docker run -e 'PASSWORD=X Y'
  new RegExp(
    `((?<![\\w-])(?:env|export|-e|--env|--build-arg|-var|--set)[\\s=](?:[\\w-]{1,100}=[^\\s'"]{0,100}\\s){0,8}(?:'\\\\''|["'])${secretName}=)[^'"\\n]+`,
    'gi',
  ),
  // machine X login Y password Z, of ~/.netrc
  /((?:(?<![\w-])|(?<=\\n))login(?:\s|\\n){1,4}[^\s\\]{1,200}(?:\s|\\n){1,4}password(?:\s|\\n){1,4})[^\s'"\\]+/gi,
  // CREATE USER x PASSWORD 'X', ALTER USER x IDENTIFIED BY 'X', SET PASSWORD FOR x = PASSWORD('X')
  new RegExp(
    `((?<!\\w)(?:(?:user|role|login|with|encrypted)\\s(?:[^;\\n]{0,100}?\\s)?password|identified\\s+(?:with\\s+[^\\s;]{1,100}\\s+)?by|password\\s+for\\s[^=;\\n]{1,100}=\\s*password)(?:\\s|\\()\\s*)(?:${fieldValues})`,
    'gi',
  ),
  // scheme://user:X@host, scheme://X@host
  /((?<=[a-z0-9+.-]):\/\/[^\s/:@'"]*:)[^\s/'"]+(?=@)/gi,
  /((?<=[a-z0-9+.-]):\/\/)(?=[^\s/:@'"]*\d)[^\s/:@'"]{20,}(?=@)/gi,
  // A signed URL, or one that lets in whoever knows it
  /([?&](?:sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature|auth|key)=)[^\s'"&;]{16,}/gi,
  /(hooks\.slack\.com\/(?:services|workflows|triggers)\/|discord(?:app)?\.com\/api\/webhooks\/\d+\/|api\.telegram\.org\/bot)[\w:/-]+/gi,
  new RegExp(`\\b(?:${knownForms})`, 'g'),
  /((?<![\w-])(?=[\w-]+\.[\w-]{8,}\.)[\w-]*?\b)eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];
