// Keeps the regions of a page as the service has them. All that a page can do works without this file.
"use strict";

(() => {
    const body = document.body;
    const view = body.dataset.view;
    const place = document.getElementById("live");
    if (!view || !place || !window.EventSource) return;

    // The one way in for markup: the service's own regions, parsed where nothing runs.
    const policy = window.trustedTypes ? trustedTypes.createPolicy("lockstep", { createHTML: (html) => html }) : null;
    const parsed = (html) => {
        const markup = policy ? policy.createHTML(html) : html;
        return new DOMParser().parseFromString(markup, "text/html").body;
    };

    let seen = body.dataset.seen;
    let stream = null;
    let retry = 0;
    let toldHeadlineAt = 0;
    // Regions that could not be shown without moving what is pointed at or has the focus.
    const held = new Map();

    // MARK: Making what is there equal to what should be there, with as little change as can be

    const keyOf = (node) => (node.nodeType === 1 ? node.dataset.key || node.id || "" : "");

    const isAlike = (old, next) =>
        old.nodeType === next.nodeType && old.nodeName === next.nodeName && keyOf(old) === keyOf(next);

    const setAttributes = (old, next, undo) => {
        for (const { name, value } of [...next.attributes]) {
            const before = old.getAttribute(name);
            if (before === value || (name === "open" && old.nodeName === "DETAILS")) continue;
            old.setAttribute(name, value);
            undo.push(() => (before === null ? old.removeAttribute(name) : old.setAttribute(name, before)));
        }
        for (const { name, value } of [...old.attributes]) {
            if (next.hasAttribute(name) || (name === "open" && old.nodeName === "DETAILS")) continue;
            old.removeAttribute(name);
            undo.push(() => old.setAttribute(name, value));
        }
    };

    const morph = (old, next, undo, fresh) => {
        if (old.nodeType !== 1) {
            if (old.data !== next.data) {
                const before = old.data;
                old.data = next.data;
                undo.push(() => (old.data = before));
            }
            return;
        }
        setAttributes(old, next, undo);
        morphChildren(old, next, undo, fresh);
    };

    const insert = (parent, node, before, undo) => {
        const [from, sibling] = [node.parentNode, node.nextSibling];
        parent.insertBefore(node, before);
        undo.push(() => (from === null ? node.remove() : from.insertBefore(node, sibling)));
    };

    const morphChildren = (old, next, undo, fresh) => {
        const byKey = new Map();
        for (const child of old.childNodes) if (keyOf(child)) byKey.set(keyOf(child), child);
        const wanted = new Set([...next.childNodes].map(keyOf));
        let at = old.firstChild;
        for (const child of [...next.childNodes]) {
            const key = keyOf(child);
            let match = key ? byKey.get(key) : at;
            // One that goes makes way for what comes behind it.
            while (!key && match && keyOf(match)) match = match.nextSibling;
            if (match && isAlike(match, child)) {
                while (at && at !== match && !wanted.has(keyOf(at))) at = remove(at, undo);
                if (at === match) at = at.nextSibling;
                else insert(old, match, at, undo);
                morph(match, child, undo, fresh);
            } else {
                const node = document.importNode(child, true);
                insert(old, node, at, undo);
                if (node.nodeType === 1 && key) fresh.push(node);
            }
        }
        while (at) at = remove(at, undo);
    };

    const remove = (node, undo) => {
        const [parent, sibling] = [node.parentNode, node.nextSibling];
        node.remove();
        undo.push(() => parent.insertBefore(node, sibling));
        return sibling;
    };

    // MARK: Never moving what is under the pointer or has the focus

    const anchors = () => {
        const found = [];
        const focus = document.activeElement;
        if (focus && focus !== body && focus.id !== "main") found.push(focus);
        const hovered = [...document.querySelectorAll("main :hover")].pop();
        if (hovered && !hovered.matches("[data-live]")) found.push(hovered);
        return found;
    };

    const placesOf = (elements) =>
        elements.map((element) => {
            const { left, top, width, height } = element.getBoundingClientRect();
            return { element, left, top, width, height };
        });

    const hasMoved = (before) =>
        before.some(({ element, left, top }) => {
            if (!element.isConnected) return true;
            const now = element.getBoundingClientRect();
            return Math.abs(now.left - left) > 1 || Math.abs(now.top - top) > 1;
        });

    const show = (id, html) => {
        const region = document.getElementById(id);
        if (!region) return true;
        if (region.getAttribute("aria-live") && Date.now() - toldHeadlineAt < 10000) return false;
        const before = placesOf(anchors());
        const undo = [];
        const fresh = [];
        morphChildren(region, parsed(html), undo, fresh);
        if (before.length && hasMoved(before)) {
            const { element, top } = before[0];
            if (element.isConnected) window.scrollBy(0, element.getBoundingClientRect().top - top);
            if (hasMoved(before)) {
                for (const step of undo.reverse()) step();
                if (element.isConnected) window.scrollBy(0, element.getBoundingClientRect().top - top);
                return false;
            }
        }
        if (region.getAttribute("aria-live")) toldHeadlineAt = Date.now();
        for (const node of fresh) {
            node.classList.add("fresh");
            node.addEventListener("animationend", () => node.classList.remove("fresh"), { once: true });
        }
        return true;
    };

    const showHeld = () => {
        for (const [id, html] of [...held]) if (show(id, html)) held.delete(id);
        tell();
    };

    // MARK: The stream

    const label = document.createElement("label");
    const box = document.createElement("input");
    const word = document.createElement("span");
    box.type = "checkbox";
    box.checked = true;
    label.append(box, word);
    place.append(label);

    const tell = () => {
        const state = !box.checked ? "Not live" : held.size ? "Held" : stream && stream.readyState === 1 ? "Live" : "Away";
        if (word.textContent !== state) word.textContent = state;
        label.title = {
            "Not live": "This page stays as it is.",
            Held: "Changes wait until they move nothing that you point at.",
            Live: "This page follows the service.",
            Away: "The service does not answer; this page may be out of date.",
        }[state];
    };

    const close = () => {
        clearTimeout(retry);
        if (stream) stream.close();
        stream = null;
    };

    const open = () => {
        close();
        if (!box.checked || document.hidden) return tell();
        const query = new URLSearchParams({ view, seen });
        stream = new EventSource(`/events?${query}`);
        stream.onopen = tell;
        stream.onmessage = (event) => {
            seen = event.lastEventId || seen;
            for (const { id, html } of JSON.parse(event.data)) {
                held.delete(id);
                if (!show(id, html)) held.set(id, html);
            }
            tell();
        };
        stream.onerror = () => {
            // Refused rather than lost: the browser does not come back by itself.
            if (stream && stream.readyState === 2) retry = setTimeout(open, 5000);
            tell();
        };
    };

    box.addEventListener("change", open);
    // A hidden page needs no stream, and a browser has few connections to one place.
    document.addEventListener("visibilitychange", open);
    window.addEventListener("pagehide", close);
    window.addEventListener("pageshow", (event) => event.persisted && open());
    setInterval(() => held.size && showHeld(), 500);
    open();
})();
