import { run } from '../local/bootstrap.js';

await run('test/main.ts');
