/** A file that a compiler needs for a moment: `cc`, six characters that nobody chose, a dot; docs/protocol.md, section 2. */
const compilerFile = /(?<=\/)cc[A-Za-z0-9]{6}(?=\.[^/]*$)/;

/** Under which all of them go; what the dot and the rest say stays. */
export const commonName = 'ccXXXXXX';

/** Whether a word ends with the path of a compiler's file. */
export function namesCompilerFile(word: string): boolean {
  return compilerFile.test(word);
}

/** The word with the common name in it, if it ends with the path of a compiler's file. */
export function withCommonName(word: string): string {
  return word.replace(compilerFile, commonName);
}
