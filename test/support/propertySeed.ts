import fc from 'fast-check';

/** What arbitrary values are drawn from: the same at every run, so that a change fails for what it changes. */
export const propertySeed = Number(process.env['RAMPART_FUZZ_SEED'] ?? 11_282_026);

fc.configureGlobal({ seed: propertySeed });
