package operation

var trigonometry = []Row{}
