Console.WriteLine("Rongtong");
return 0;
