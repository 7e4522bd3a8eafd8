import { parseCLI, startVitest } from 'vitest/node';

/** `npm test [-- FILTER… --project unit]`: every test there is, or those asked for; the last line counts them. */
const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
const vitest = await startVitest('test', filter, { ...options, watch: false });
const modules = vitest.state.getTestModules();
const tests = modules.flatMap((module) => [...module.children.allTests()]);
const count = (state: string) => tests.filter((test) => test.result().state === state).length;
const failed =
  count('failed') +
  modules.filter((module) => module.errors().length > 0).length +
  vitest.state.getUnhandledErrors().length;
await vitest.close();
console.log(`${count('passed')} passed, ${failed} failed`);
process.exit(failed > 0 || count('passed') === 0 ? 1 : 0);
