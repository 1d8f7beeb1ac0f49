/** The first line of a suite's output. What the host says before it is of interest only if this never comes. */
export const suiteStarted = 'Tests in the extension host:';
