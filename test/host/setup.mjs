// @ts-check
// Installs VS Code's server, prints its folder. Exits 3 when a person must first do something, and says what.
import { installServer, SetupProblem, setUpServer } from './installation.mjs';

try {
  if (process.argv[2] === '--locked') installServer();
  else process.stdout.write(`${setUpServer()}\n`);
} catch (error) {
  if (!(error instanceof SetupProblem)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 3;
}
