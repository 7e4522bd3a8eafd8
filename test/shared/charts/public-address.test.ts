import { describe, expect, it } from 'vitest';
import { checkUrl } from '../../../shared/charts/check-url.ts';
import { isPublicAddress } from '../../../shared/charts/public-address.ts';

describe('an address of the internet', () => {
  it.each(['1.1.1.1', '93.184.216.34', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
    'is %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.0.1',
    '169.254.169.254',
    '169.254.170.2',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    'fe80::1',
    'fd00:ec2::254',
    'ff02::1',
    '2002:7f00:1::',
    '2001:db8::1',
    'example.com',
    '',
  ])('is not %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a URL', () => {
  it.each<[string, boolean, string | undefined]>([
    ['https://example.com/charts', false, undefined],
    ['https://example.com:8443/charts?x=y', false, undefined],
    ['http://example.com/charts', false, 'is not https'],
    ['http://example.com/charts', true, 'is not https'],
    ['file:///etc/passwd', true, 'is not https'],
    ['ftp://example.com/x', false, 'is not https'],
    ['https://user:secret@example.com/', false, 'has credentials in it'],
    ['https://169.254.169.254/latest/meta-data/', false, 'is not an address of the internet'],
    ['https://[::1]/', false, 'is not an address of the internet'],
    ['https://[::ffff:10.0.0.1]/', false, 'is not an address of the internet'],
    ['https://2130706433/', false, 'is not an address of the internet'],
    ['https://0x7f.1/', false, 'is not an address of the internet'],
    ['http://127.0.0.1:5000/', false, 'is not https'],
    ['http://127.0.0.1:5000/', true, undefined],
    ['http://localhost:5000/', true, undefined],
    ['http://[::1]:5000/', true, undefined],
    ['https://10.0.0.1/', true, 'is not an address of the internet'],
    ['no address', false, 'is no address'],
  ])('%s (from here: %s): %s', (url, isLocal, refusal) => {
    if (refusal === undefined) expect(checkUrl(url, isLocal).href).toContain('://');
    else expect(() => checkUrl(url, isLocal)).toThrow(refusal);
  });

  it('is told without the secrets that may be in it', () => {
    expect(() => checkUrl('https://user:secret@example.com/?token=hidden', false)).toThrow(
      /^(?!.*(secret|hidden)).*example\.com\/ has credentials in it$/,
    );
  });
});
