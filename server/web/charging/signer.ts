import { cosign } from './cosigner.ts';
import { copyToWorker } from './workerCopy.ts';

/** What signs while the page is open: loaded in one part, after the page is shown. */
export const signer = { cosign, copyToWorker };
