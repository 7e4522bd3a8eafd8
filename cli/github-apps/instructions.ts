/** An App that was created, and where its key lies. */
export type KeptApp = { name: string; appId: number; installUrl: string; secretName: string; keyFile: string };
export type Kept = { apps: KeptApp[]; webhook: { secretName: string; file: string }; folder: string };

/** What is to be done next, each command exact. No key is in it, only the names of files. */
export function instructions({ apps, webhook, folder }: Kept): string {
  const store = ({ secretName, file }: { secretName: string; file: string }) =>
    `  aws secretsmanager create-secret --name ${quote(secretName)} --secret-string ${quote(`file://${file}`)}`;
  return [
    '',
    'Install each App on your environment repositories, and on no others:',
    ...apps.map(({ installUrl }) => `  ${installUrl}`),
    '',
    'Put the keys into Secrets Manager, in the account and region of Plumbline:',
    ...apps.map(({ secretName, keyFile }) => store({ secretName, file: keyFile })),
    store(webhook),
    '',
    `Then delete them here: rm -r ${quote(folder)}`,
    '',
    'In deployer.yaml:',
    ...deployerLines(apps, webhook.secretName),
    '',
  ].join('\n');
}

function deployerLines(apps: readonly KeptApp[], webhookSecret: string): string[] {
  const [only] = apps;
  const entry = (role: string) => {
    const { appId, secretName } = apps.find(({ name }) => name === role) ?? only ?? { appId: 0, secretName: '' };
    return `      ${role}: { appId: ${appId}, privateKeySecret: ${secretName} }`;
  };
  return ['  github:', '    apps:', ...['read', 'write', 'report'].map(entry), `    webhookSecret: ${webhookSecret}`];
}

/** For a POSIX shell. */
const quote = (text: string) => (/^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
