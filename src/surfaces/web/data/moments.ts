import { momentFormat } from '../../cli/terminal/moments.ts';
import { TIME_ZONE } from './time-zone.ts';

/** Moments as the reader's clock shows them. */
export const MOMENTS = momentFormat(TIME_ZONE);
