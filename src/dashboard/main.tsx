import { render } from "preact";
import { App } from "./app.tsx";
import { connect } from "./feed/connection.ts";
import { createStore } from "./feed/store.ts";
import { browserTokens } from "./feed/tokens.ts";
import "./style.css";

const store = createStore();
const root = document.querySelector("#app");
if (root === null) throw new Error("the page has no #app");
const connection = connect({ store, base: new URL(".", document.baseURI), tokens: browserTokens });
root.replaceChildren();
render(<App store={store} connection={connection} />, root);
