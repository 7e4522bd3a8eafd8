import { expect, test } from 'vitest';
import { findPython } from '../../../../local/aws/emulator/python.ts';

test('a missing Python is named, with what to install', async () => {
  await expect(findPython(['no-such-python'])).rejects.toThrow(
    /need Python 3\.10 .*found: none.*apt install python3-venv|python3 python3-venv/s,
  );
});

test('a program that is no Python is passed over', async () => {
  expect((await findPython(['true', 'python3'])).version[0]).toBe(3);
});
