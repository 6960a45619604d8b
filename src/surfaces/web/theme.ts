import { createTheme, defaultVariantColorsResolver } from '@mantine/core';

const PRIMARY = 'cyan';

/** Fonts of the system: nothing is fetched from outside, and figures of one width stand under each other. */
export const theme = createTheme({
  primaryColor: PRIMARY,
  primaryShade: { light: 9, dark: 5 },
  autoContrast: true,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace',
  // The library takes what is readable on the light scheme's shade for both; the dark one's is much lighter.
  variantColorResolver: (input) => {
    const colours = defaultVariantColorsResolver(input);
    const isPrimary = input.variant === 'filled' && (input.color ?? PRIMARY) === PRIMARY;
    return isPrimary ? { ...colours, color: 'var(--mantine-primary-color-contrast)' } : colours;
  },
  headings: { fontWeight: '650' },
  components: {
    // What is moved sideways on a narrow screen can be moved by the keyboard too.
    TableScrollContainer: { defaultProps: { scrollAreaProps: { viewportProps: { tabIndex: 0 } } } },
  },
});
