/** The file name of our library, also with a content hash in it. */
const libraryName = /[/=: ]librampart[^/: \n]*\.(?:so|dylib)/;

/** Whether a text of the kernel's about a process, its maps or an entry of its environment, names our library. */
export function namesLibrary(text: string): boolean {
  return libraryName.test(text);
}
