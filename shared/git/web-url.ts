/**
 * Where people find what the API at this address serves: `https://api.github.com` → `https://github.com`, and of GitHub Enterprise Server
 * `https://HOST/api/v3` → `https://HOST`.
 *
 * @see https://docs.github.com/en/enterprise-server@latest/rest/quickstart
 */
export function webUrlOf(apiUrl: string): string {
  const { protocol, host, hostname } = new URL(apiUrl);
  return hostname === 'api.github.com'
    ? 'https://github.com'
    : `${protocol}//${host.replace(/^api\.(?=.*\.ghe\.com$)/, '')}`;
}
