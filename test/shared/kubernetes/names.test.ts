import { describe, expect, it } from 'vitest';
import { fieldManager, labelValue, userOf } from '../../../shared/kubernetes/names.ts';

const long = (letter: string) => letter.repeat(63);

describe('names in a cluster', () => {
  it('are the ones that stand there since the first version', () => {
    const name = { environment: 'staging', application: 'web' };
    expect(labelValue(name)).toBe('staging.web');
    expect(fieldManager(name)).toBe('plumbline:staging/web');
    expect(userOf('staging')).toBe('system:serviceaccount:plumbline-system:staging');
  });

  it('fit: a label value takes 63 characters, a field manager 128', () => {
    const name = { environment: long('e'), application: long('a') };
    expect(labelValue(name)).toMatch(/^[a-z0-9]([a-z0-9.]{61})[a-z0-9]$/);
    expect(fieldManager(name).length).toBe(128);
  });

  it('stay different where they are cut', () => {
    const other = { environment: long('e'), application: `${'a'.repeat(62)}b` };
    const name = { environment: long('e'), application: long('a') };
    expect(labelValue(name)).not.toBe(labelValue(other));
    expect(fieldManager(name)).not.toBe(fieldManager(other));
  });
});
