/** Markdown is loaded as text. */
declare module '*.md' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: what esbuild's loader makes
  export default text;
}
