/** Stands for what a library loads for features that the page does not use. */
export default undefined;
