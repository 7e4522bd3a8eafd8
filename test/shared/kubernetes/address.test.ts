import { describe, expect, it } from 'vitest';
import { readAddress } from '../../../shared/kubernetes/address.ts';

const certificateAuthority = Buffer.from('PEM').toString('base64');

describe("a cluster's address", () => {
  it.each([
    'https://ABCDEF0123456789.gr7.eu-west-1.eks.amazonaws.com',
    'https://ABCDEF0123456789.sk1.cn-north-1.eks.amazonaws.com.cn',
    'https://ABCDEF0123456789.gr7.eu-west-1.eks.amazonaws.com:6443',
  ])('%s is taken', (endpoint) => {
    expect(readAddress({ endpoint, certificateAuthority })).toEqual({
      endpoint: endpoint.toLowerCase(),
      certificateAuthority: 'PEM',
    });
  });

  it.each([
    'http://abc.gr7.eu-west-1.eks.amazonaws.com',
    'https://abc.eks.amazonaws.com.example.org',
    'https://example.org/abc.eks.amazonaws.com',
    'https://abc.eks.amazonaws.com@example.org',
    'https://user:x@abc.eks.amazonaws.com',
    'https://eks.amazonaws.com',
    'https://127.0.0.1',
    'nonsense',
    '',
  ])('fault 52: %s is refused, so that our token goes nowhere else', (endpoint) => {
    expect(() => readAddress({ endpoint, certificateAuthority })).toThrow(
      /must be an https address of \*\.eks\.amazonaws\.com/,
    );
  });
});
