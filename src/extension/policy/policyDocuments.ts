import type * as vscode from 'vscode';

/** Which files the editor asks us about. */
export const policySelector: vscode.DocumentSelector = [
  { scheme: 'file', pattern: '**/.rampart/**/*.{yaml,yml}' },
  { scheme: 'untitled', language: 'yaml' },
];

/** Whether a document is a policy: by where it lies, or by how a draft of ours begins. */
export function isPolicyDocument(document: vscode.TextDocument): boolean {
  const { uri, languageId } = document;
  if (uri.scheme === 'untitled') return languageId === 'yaml' && /^policies\s*:/mu.test(document.getText());
  return uri.scheme === 'file' && /\/\.rampart\/.*\.ya?ml$/u.test(uri.path);
}
