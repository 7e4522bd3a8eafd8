import { PlumblineError } from '../../shared/errors.ts';

/** Something on this machine has to be installed, freed or waited for. The message says what, and how. */
export class SetupError extends PlumblineError {
  readonly retryable = false;
}
