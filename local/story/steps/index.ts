import type { Step } from '../step.ts';
import { brokenManifest } from './broken-manifest.ts';
import { crash } from './crash.ts';
import { drift } from './drift.ts';
import { firstDeployment } from './first-deployment.ts';
import { missingImage } from './missing-image.ts';
import { promotion } from './promotion.ts';
import { prune } from './prune.ts';
import { pullRequest } from './pull-request.ts';
import { push } from './push.ts';
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
  pullRequest,
];
