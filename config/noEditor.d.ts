// Stands where the editor's types would: a room outside src/extension that names `vscode` finds nothing in it.
export {};
