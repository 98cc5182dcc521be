/** Says what is being done: how far it is, of how much where that is known. Called often; what shows it decides how often. */
export type Progress = (step: string, done?: number, total?: number) => void;

export const noProgress: Progress = () => {};
