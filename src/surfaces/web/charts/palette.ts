/** Told apart by those who see colours differently (Okabe and Ito, 2008), lighter where the page is dark. */
export const PALETTE = {
  light: ['#0b7285', '#e67700', '#5f3dc4', '#2b8a3e', '#c2255c', '#495057', '#1971c2', '#a0522d'],
  dark: ['#66d9e8', '#ffc078', '#b197fc', '#8ce99a', '#faa2c1', '#adb5bd', '#74c0fc', '#d9a377'],
} as const;
