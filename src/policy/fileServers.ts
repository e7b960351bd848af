import type { Component } from './component.ts';
import type { Word } from './shellScript.ts';
import { literalWord } from './shellScript.ts';

/** Programs that serve the directory that they are started in, unless they name another. */
const fileServers =
  /^(?:serve|http-server|live-server|miniserve|updog|dufs|woof|simple-http-server|browser-sync|sirv|static-server|local-web-server|ws|darkhttpd|webfsd|thttpd)$/;

/** The directory that a command serves although it names none. */
export function servedPlace({ program, words, directory }: Component): readonly Word[] {
  const texts = words.slice(1).map(({ text }) => text);
  const isServer =
    fileServers.test(program) ||
    texts.some((text) => /^(?:-m)?(?:http\.server|SimpleHTTPServer)$/.test(text)) ||
    (program === 'php' && texts.includes('-S')) ||
    (program === 'ruby' && texts.includes('httpd')) ||
    (program === 'caddy' && texts[0] === 'file-server');
  const isPlaced = texts.some((text) =>
    /^(?:-[dtr]|--(?:directory|root|docroot)(?:=.*)?)$|^[.~]?\/|^[~.]/.test(text),
  );
  return isServer && !isPlaced && directory !== null ? [literalWord(directory)] : [];
}
