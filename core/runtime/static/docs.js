// Texts of the bundle reach the page only as text nodes, so that a column named like a tag stays a name.
const element = (tag, text, properties = {}) => Object.assign(document.createElement(tag), properties, { textContent: text ?? "" });

function hint(column) {
  if (column.type === "number" && column.low !== null) return `Number, ${column.low} to ${column.high} in training`;
  if (column.type === "date") return `Date, ${column.date_format || "YYYY-MM-DD"}`;
  return column.levels.length ? `One of ${column.levels.length}` : column.type.replace("_", " or ");
}

function field(column, index) {
  const label = element("label", column.name);
  label.append(element("small", hint(column)));
  const input = element("input", "", { name: `c${index}`, autocomplete: "off" });
  if (column.levels.length) {
    const list = element("datalist", "", { id: `l${index}` });
    for (const level of column.levels.slice(0, 200)) list.append(element("option", "", { value: level }));
    input.setAttribute("list", list.id);
    label.append(list);
  }
  label.append(input);
  return label;
}

function read(columns, form) {
  return Object.fromEntries(columns.map((column, index) => {
    const text = form.elements[`c${index}`].value.trim();
    const number = column.type === "number" && text !== "" && Number.isFinite(Number(text));
    return [column.name, text === "" ? null : number ? Number(text) : text];
  }));
}

function show(answer, place) {
  place.replaceChildren();
  if (!answer.predictions) {
    place.append(element("p", answer.detail ?? "The service could not answer."));
    return;
  }
  const [first] = answer.predictions;
  place.append(element("div", first.prediction === null ? "No answer" : String(first.prediction), { className: "figure" }));
  if (first.probabilities) {
    const table = element("table");
    for (const [name, share] of Object.entries(first.probabilities)) {
      const row = element("tr");
      row.append(element("th", name, { scope: "row" }), element("td", `${(100 * share).toFixed(1)}%`, { className: "number" }));
      table.append(row);
    }
    place.append(table);
  }
  const list = element("ul");
  for (const warning of first.warnings) list.append(element("li", warning));
  place.append(list);
}

async function start() {
  const schema = await (await fetch("schema")).json();
  const form = document.getElementById("row");
  const columns = schema.columns;
  document.title = document.getElementById("title").textContent = schema.model.title;
  document.getElementById("about").textContent = `Predicts ${schema.model.target}. Fingerprint ${schema.model.fingerprint}.`;
  form.append(...columns.map(field), element("button", "Predict", { type: "submit" }));
  const curl = () => {
    const body = JSON.stringify({ rows: [read(columns, form)] }).replaceAll("'", "'\\''");
    const address = new URL("predict", location.href);
    document.getElementById("curl").textContent = `curl -X POST ${address} \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`;
  };
  form.addEventListener("input", curl);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = JSON.stringify({ rows: [read(columns, form)] });
    const response = await fetch("predict", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    show(await response.json(), document.getElementById("answer"));
  });
  curl();
}

start().catch(() => { document.getElementById("about").textContent = "The service does not answer. Load the page again."; });
