import { run } from './bootstrap.js';

await run('local/main.ts');
