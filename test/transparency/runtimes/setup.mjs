// @ts-check
// Installs the runtimes, prints their folder. Exits 3 when a person must first do something, and says what.
import { runRuntimesSetup } from './installation.mjs';

runRuntimesSetup();
