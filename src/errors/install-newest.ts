/** What to do where a newer cozy has written a file, or answers. */
export const installNewest = "Install the newest cozy: npm install --save-dev cozywish@latest";
