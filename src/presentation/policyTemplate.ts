/** The name of the file that holds a person's own rules, in `~/.rampart/policies/`. */
export const ownRulesFile = 'my-rules.yaml';

/**
 * A first file for a person's own rules: valid as it is, denies nothing, shows how.
 * Only keys that every reader of this language knows: an unknown one stops other programs that read the folder.
 */
export const ownRulesTemplate = `# Your own rules for Rampart. What is saved here is in force at once.
#
# Policies are walked by priority, low numbers first. In each, the first rule that fits speaks.
# A deny ends the matter; otherwise ask is stronger than watch, and watch than allow.
#   *   any run of characters at the end or the start of a pattern; inside it stops at a slash
#   **  any run of characters, slashes too
# Try a rule without running anything:  rampart test "git push --force"
version: "1"
policies:
  - name: my-rules
    match:
      tool: exec
    rules:
      # A rule that only records: it changes nothing for you, and shows how one is written.
      - action: watch
        when:
          command_matches:
            - "git push --force*"
        message: "a forced push"
      # - action: deny
      #   when:
      #     command_matches:
      #       - "terraform destroy*"
      #   message: "infrastructure is taken down by people only"
`;
