import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensurePython } from '../../../local/aws/emulator/python.ts';

const requirements = fileURLToPath(new URL('./requirements.txt', import.meta.url));

/** What its script does: scripts of a virtual environment hold the path of where it was made. */
const program = 'import sys; from cfnlint.runner import main; sys.exit(main())';

/** Findings that are not to be mended, each with its reason. */
const acknowledged = {
  // Harmless: the CDK has each function wait for its role by name, though its ARN, which the function has, makes it wait already.
  W3005: 'a dependency that another one enforces already',
};

type Finding = { Filename: string; Rule: { Id: string }; Message: string; Location: { Path: string[] | null } };

/** What cfn-lint finds in templates, a line each. It is installed first if the cache doesn't have it. */
export async function cfnLint(templates: readonly string[], region = 'eu-west-1'): Promise<string[]> {
  const python = await ensurePython({ name: 'cfn-lint', requirements });
  const options = ['--regions', region, '--ignore-checks', ...Object.keys(acknowledged), '--format', 'json'];
  const findings = JSON.parse(await run(python, ['-c', program, ...options, '--template', ...templates]));
  return (findings as Finding[]).map(
    ({ Rule, Message, Location }) => `${Rule.Id} ${(Location.Path ?? []).join('/')}: ${Message}`,
  );
}

/** It ends with another code than 0 where it finds something. */
function run(command: string, options: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, options, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (stdout.startsWith('[')) resolve(stdout);
      else reject(new Error(`cfn-lint failed: ${stderr || stdout || error}`));
    });
  });
}
