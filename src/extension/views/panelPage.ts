import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { t } from '../../presentation/localise.ts';

/** Creates the page of a panel: our script and our style sheet, and nothing else may load or run in it. */
export function createPanelPage(webview: vscode.Webview, extension: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const script = webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', 'panel.js')).toString();
  const style = webview.asWebviewUri(vscode.Uri.joinPath(extension, 'media', 'panel.css')).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${t`Denied Commands`}</title>
<link rel="stylesheet" href="${style}">
</head>
<body data-texts="${escapeAttribute(JSON.stringify(vscode.l10n.bundle ?? {}))}"><script nonce="${nonce}" src="${script}"></script></body>
</html>`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
