import type { Step } from '../step.ts';
import { brokenManifest } from './broken-manifest.ts';
import { chart } from './chart.ts';
import { crash } from './crash.ts';
import { deadLetters } from './dead-letters.ts';
import { drift } from './drift.ts';
import { firstDeployment } from './first-deployment.ts';
import { intruder } from './intruder.ts';
import { missingImage } from './missing-image.ts';
import { plan } from './plan.ts';
import { promotion } from './promotion.ts';
import { prune } from './prune.ts';
import { pullRequest } from './pull-request.ts';
import { push } from './push.ts';
import { reminder } from './reminder.ts';
import { revert } from './revert.ts';

export const steps: Step[] = [
  firstDeployment,
  push,
  drift,
  prune,
  brokenManifest,
  promotion,
  revert,
  crash,
  missingImage,
  chart,
  plan,
  deadLetters,
  intruder,
  pullRequest,
  reminder,
];
