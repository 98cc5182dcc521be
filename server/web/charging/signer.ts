/** What signs while the page is open: loaded in one part, after the page is shown. */
export { cosign } from './cosigner.ts';
export { copyToWorker } from './workerCopy.ts';
