#!/usr/bin/env node
// Plain JavaScript, since it starts on whatever Node the machine has (20 or newer): the rest needs Node 24.
import { run } from '../local/bootstrap.js';

await run('cli/main.ts');
