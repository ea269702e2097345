/** What `--ci` takes. Apart from the files, so that a command line is parsed without loading them. */
export const CI_SYSTEMS = ['github', 'gitlab', 'none'] as const;
export type CiSystem = (typeof CI_SYSTEMS)[number];
