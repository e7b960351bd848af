// @ts-check
// Installs the coding agents, prints their folder. Exits 3 when a person must first do something, and says what.
import { runAgentsSetup } from './installation.mjs';

runAgentsSetup();
