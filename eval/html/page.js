// Sorting and filtering the list of questions; without it the list is complete, in the order of the run.
(() => {
  const table = document.getElementById("questions");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const value = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent;
  const compared = (a, b) => (isNaN(a) || isNaN(b) ? String(a).localeCompare(b, "en", { numeric: true }) : a - b);

  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.onclick = () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      rows.sort((a, b) => sign * compared(value(a, column), value(b, column)));
      body.append(...rows);
    };
  });

  const filter = document.createElement("input");
  filter.type = "search";
  filter.placeholder = "Show only questions with these words";
  filter.setAttribute("aria-label", filter.placeholder);
  filter.oninput = () => {
    const words = filter.value.toLowerCase().split(/\s+/);
    for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  };
  document.getElementById("filter").append(filter);
})();
