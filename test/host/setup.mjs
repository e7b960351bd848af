// @ts-check
// Installs VS Code's server, prints its folder. Exits 3 when a person must first do something, and says what.
import { runServerSetup } from './installation.mjs';

runServerSetup();
