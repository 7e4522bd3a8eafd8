import { describe, expect, test } from 'vitest';
import {
  aDeployment,
  application,
  deploymentFile,
  gitRepository,
  pinOf,
  registryHost,
  repositoryOf,
  startAtOne,
  versionOf,
} from './bench.ts';
import { anEcrEvent, aPush, aScan } from './events.ts';

describe('a push', () => {
  test('becomes one commit that pins tag and digest and changes nothing else', async () => {
    const updater = startAtOne();
    updater.has('1.1.0');
    expect(await updater.receive(aPush('1.1.0'))).toEqual([]);
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.messages()).toHaveLength(2);
    expect(updater.lines('images pinned')).toMatchObject([
      {
        repository: gitRepository,
        branch: 'staging',
        environments: ['staging'],
        images: [`${application}: 1.0.0 → 1.1.0`],
        attempt: 1,
      },
    ]);
  });

  test('is told in a commit message whose trailers say what was there', async () => {
    const updater = startAtOne();
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    expect(updater.messages()[0]).toBe(
      [
        'example-application 1.1.0',
        '',
        'staging:',
        `- ${application}: 1.0.0 → 1.1.0`,
        `  ${deploymentFile}`,
        '',
        'Plumbline-Environment: staging',
        `Plumbline-Image: ${pinOf('1.1.0')}`,
        'Plumbline-Pushed: 1970-01-01T00:00:00.000Z',
        `Plumbline-Previous: ${application}:1.0.0`,
        'Plumbline-Policy: semver >=1.0.0 <2.0.0',
      ].join('\n'),
    );
  });

  test('fault 1: a second time is a logged no-op', async () => {
    const updater = startAtOne();
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    await updater.receive(aPush('1.1.0'), aPush('1.1.0'));
    expect(updater.messages()).toHaveLength(2);
    expect(updater.lines('nothing to change')).toHaveLength(1);
  });

  test('fault 2: a push whose event was lost is found by the scan', async () => {
    const updater = startAtOne();
    updater.has('1.1.0');
    expect(await updater.receive(aScan)).toEqual([]);
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
  });

  test('fault 3: events in the wrong order end at the newest version', async () => {
    const updater = startAtOne();
    updater.has('1.2.0', '1.1.0');
    await updater.receive(aPush('1.2.0'));
    await updater.receive(aPush('1.1.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.2.0')));
    expect(updater.messages()).toHaveLength(2);
  });

  test('fault 4: a tag pushed again does not move the pin, and is told', async () => {
    const updater = startAtOne();
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    updater.registry.push(repositoryOf(application), { ...versionOf('1.1.0'), digest: versionOf('other').digest });
    await updater.receive(aPush('1.1.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.lines('image left alone')).toMatchObject([
      {
        reason: expect.stringMatching(
          /^applications\/.*deployment\.yaml:11: Deployment web: .* is left alone: the tag 1\.1\.0 now has the digest/,
        ),
      },
    ]);
  });

  test('fault 5: a signature is ignored, and the registry is not even asked', async () => {
    const updater = startAtOne();
    await updater.receive(aPush(`sha256-${'a'.repeat(64)}.sig`));
    expect(updater.registry.asked).toEqual([]);
    expect(updater.lines('event ignored')).toMatchObject([
      { reason: 'the image is a signature, an SBOM or an attestation' },
    ]);
  });

  test('fault 6: an image that is not there is waited for, told and done with', async () => {
    const updater = startAtOne();
    expect(await updater.receive(aPush('1.9.9'))).toEqual([]);
    expect(updater.waits).toEqual([500, 1500]);
    expect(updater.lines('image missing')).toEqual([{ repository: application, tag: '1.9.9' }]);
    expect(updater.messages()).toHaveLength(1);
    expect(updater.buried).toEqual([]);
  });

  test('fault 6: an image that comes a moment later is deployed', async () => {
    const updater = startAtOne();
    const { sleep } = updater.ports;
    updater.ports.sleep = async (milliseconds) => {
      updater.has('1.1.0');
      return sleep(milliseconds);
    };
    await updater.receive(aPush('1.1.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
  });

  test('fault 6: a repository that is not there is told and done with', async () => {
    const updater = startAtOne();
    expect(await updater.receive(aPush('1.0.0', 'unknown'))).toEqual([]);
    expect(updater.lines('image missing')).toEqual([{ repository: `${registryHost}/unknown`, tag: '1.0.0' }]);
  });

  test('of a repository that no environment may take images from is ignored', async () => {
    const updater = startAtOne({ environments: { staging: { images: [`${registryHost}/other`] } } });
    updater.has('1.1.0');
    expect(await updater.receive(aPush('1.1.0'))).toEqual([]);
    expect(updater.registry.asked).toEqual([]);
    expect(updater.lines('event ignored')).toMatchObject([
      { reason: expect.stringMatching(/no environment of deployer\.yaml/) },
    ]);
  });

  test('of the same name in another region is ignored', async () => {
    const updater = startAtOne();
    updater.has('1.1.0');
    await updater.receive(anEcrEvent({ region: 'us-east-1' }));
    expect(updater.messages()).toHaveLength(1);
  });
});
