/** What an export is called until it is whole: the view that asked for it sees it grow. */
export const partOf = (file: string): string => `${file}.part`;
