"""How work flowed and what people said of it, for worlds that are asked for with it; worlds without it stay as they were."""
