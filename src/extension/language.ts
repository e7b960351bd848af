import * as vscode from 'vscode';
import { useTranslations } from '../presentation/localise.ts';

// Read before every other module of the window: tables of texts are made when their modules are.
useTranslations(vscode.l10n.bundle ?? {}, vscode.env.language);
