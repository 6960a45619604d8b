/** The reader's zone: days and hours on the page are theirs. */
export const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
