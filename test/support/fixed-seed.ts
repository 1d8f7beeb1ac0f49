import fc from 'fast-check';

/** The same random cases in every run, so that a red one is the change's fault. `MAILPANE_SEED=N` looks for new ones. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.MAILPANE_SEED ?? 1) });
