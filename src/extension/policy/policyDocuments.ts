import type * as vscode from 'vscode';
import { readPolicyFiles } from '../configuration.ts';

/** Which files the editor asks us about: a policy may lie anywhere that a setting names. */
export const policySelector: vscode.DocumentSelector = [
  { scheme: 'file', pattern: '**/*.{yaml,yml}' },
  { scheme: 'untitled', language: 'yaml' },
];

/** Who says what is wrong with a policy. */
export const diagnosticSource = 'rampart';

/** Whether a document is a policy. */
export type PolicyMatcher = (document: vscode.TextDocument) => boolean;

/** Tells policies by where they lie, by the setting that names them, and drafts of ours by how they begin. */
export function createPolicyMatcher(home: string): PolicyMatcher {
  return (document) => {
    const { uri, languageId, fileName } = document;
    if (uri.scheme === 'untitled') return languageId === 'yaml' && /^policies\s*:/mu.test(document.getText());
    if (uri.scheme !== 'file') return false;
    return /\/\.rampart\/.*\.ya?ml$/u.test(uri.path) || readPolicyFiles(home).includes(fileName);
  };
}

/** Whose a policy is: what lies in a workspace can only tighten. */
export function originOf({ uri }: vscode.TextDocument): 'project' | 'user' {
  return uri.scheme === 'file' && uri.path.endsWith('/.rampart/policy.yaml') ? 'project' : 'user';
}
