image: {}
